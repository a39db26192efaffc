"""Keeping, forgetting and rebuilding, over all five schemas."""
