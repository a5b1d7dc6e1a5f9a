"""A fake of the endpoints of Stripe that we use, grown from the shapes of its OpenAPI document."""
