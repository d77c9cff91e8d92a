CARGO ?= cargo

.PHONY: test
test:
	$(CARGO) fmt --check
	$(CARGO) test
