"""Networks: referring domains that one hand runs, by what they share that others do not."""
