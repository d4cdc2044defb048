"""The conversation as a page in a browser, for the person at this machine. Served in local mode only."""
