"""Tests mirror the packages; factories build, nothing of our own code is patched."""
