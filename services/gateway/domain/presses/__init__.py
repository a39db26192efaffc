"""Presses of buttons as each provider sends them back: proven, read, and answered in its form."""
