"""From a result to a finished job: publishing, gathering, assembling, announcing, receipts."""
