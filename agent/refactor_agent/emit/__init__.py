"""Emit: patches, reports, the audit log, apply and rollback."""
