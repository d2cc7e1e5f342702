"""Tests of what is computed; nothing is measured here."""
