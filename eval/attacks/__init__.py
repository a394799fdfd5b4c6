"""Attacks on the gate: wrong conversions that look right, beside right ones."""
