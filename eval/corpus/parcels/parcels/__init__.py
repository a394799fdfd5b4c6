"""A client of a parcel service, sync and async: small enough to be tested in a second."""
