"""Policies and what answers for them: one interface, and the engines behind it."""
