"""Takes webhooks in, keeps them, and hands them on to subscribers until these have them."""
