"""What a page costs: CPU, queries, bytes and memory, each beside a floor. Run by `make bench`; no part of the tests."""
