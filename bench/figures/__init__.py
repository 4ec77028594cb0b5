"""The five figures, one module each: every one measures the running service beside a raw baseline in the same run."""
