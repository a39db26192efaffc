"""Tests of alerts: what is told, when, together with what, and how it ends."""
