"""Which machines are nearby: hints, no proofs."""
