"""Authorization, origin of requests, rate limits and the refresh cookie."""
