"""Realistic exports of every source system for a made-up population, with the truth about who is who."""
