# The commands of Practicum; CI calls the same names. Everything is built with
# one profile in one folder, so that HiGHS (minutes of C++) is built once.

.DEFAULT_GOAL := build
.PHONY: deps build check test test-long test-clients demo serve bench bench-core bench-grpc bench-peers bench-scale fix deny lint-proto docs-api release-proto

RELEASE := $(or $(CARGO_TARGET_DIR),target)/release

# Installs what building HiGHS needs, where it is missing.
deps:
	@scripts/deps

# Builds the binary into target/release/practicum.
build: deps
	cargo build --release --locked

# Checks format, lints, docs and the contract; warnings are errors.
check: deps
	scripts/buf check
	cargo fmt --check
	cargo clippy --release --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps

# Runs every test.
test: deps
	scripts/test

# Sends a million mutated messages to the service over each database.
test-long: deps
	scripts/test-long

# Runs the clients of clients/ alone (needs python3, node and npm).
test-clients: build
	scripts/clients

# Imports the built-in example roster into a database of its own, matches it
# there and prints the plan.
demo: build
	$(RELEASE)/practicum demo

# Serves gRPC over practicum.db with the example roster in it.
serve: build
	$(RELEASE)/practicum import tests/data/rosters/metro-120 --database practicum.db
	@echo "clients/README.md has a Python and a Node client to try on this server."
	$(RELEASE)/practicum serve --database practicum.db

# Measures the matcher and the service; prints the tables of the README and of
# docs/performance.md. The service alone takes about nine minutes.
bench: build
	scripts/bench
	scripts/with-postgres --durable scripts/bench-grpc

# Measures rounds without session times, up to 50,000 trainees. Takes about four
# minutes; BENCH=--patience=4 on a busy machine.
bench-core: build
	scripts/bench-core $(BENCH)

# Lets other solvers solve the exported models beside our own runs (needs
# python3). Takes most of an hour; BENCH='--seconds 10 --rosters core-1000'.
bench-peers: build
	scripts/bench-peers $(BENCH)

# Measures the matcher on generated rosters of 400 to 5,000 trainees, and how
# long it takes to find candidates. Takes about ten minutes.
bench-scale: build
	scripts/bench-scale
	cargo bench --locked --profile release --bench candidates

# Measures the service alone.
bench-grpc: build
	scripts/with-postgres --durable scripts/bench-grpc

# Mends format and what clippy can mend by itself.
fix: deps
	cargo clippy --release --locked --all-targets --fix --allow-dirty --allow-staged
	cargo fmt

# Checks bans, licences and sources of all dependencies (needs cargo-deny).
deny:
	cargo deny --locked check bans licenses sources

# Checks the contract against the rules of buf.yaml (needs npm).
lint-proto:
	scripts/buf lint

# Makes the contract of today the one that no change may break (needs npm);
# docs/contract.md says when.
release-proto:
	scripts/buf release

# Writes docs/api.md anew, from the contract and from examples that are run.
docs-api: deps
	PRACTICUM_WRITE_DOCS=1 cargo test --release --locked --test it -- --exact contract::docs::sqlite::docs_api_md_tells_the_contract_with_an_example_of_each_rpc
