"""Doing only the work that a change asks for, on all processors, and keeping what was learnt."""
