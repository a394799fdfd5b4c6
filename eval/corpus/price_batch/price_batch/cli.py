"""``price-batch NAME``: what cron calls at night."""

import sys
from collections.abc import Sequence

from price_batch import job
from price_batch.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job, and say what came of it; 1 when a product has no price."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    counts = job.run(Settings.from_env(), name)
    print(f"{counts['priced']} priced, {counts['bad']} not")
    return int(counts["bad"] > 0)
