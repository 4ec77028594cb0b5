"""What tests share: real servers to run against, and ways to wait for what happens in the background."""
