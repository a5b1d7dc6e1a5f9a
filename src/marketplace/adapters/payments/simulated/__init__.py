"""A provider that is simulated: its rules without a network, for the simulator and for the tests."""
