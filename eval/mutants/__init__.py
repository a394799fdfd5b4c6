"""Mutants of right conversions: does the gate notice each small mistake?"""
