"""The async side beside the sync one, which stays as it is."""
