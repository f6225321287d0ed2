# The command line as an image: the binary, certificates and a small Debian.

# The oldest supported Rust or newer. On the Debian of below: a binary needs a C library no older than its builder's.
FROM rust:1.92-slim-bookworm AS build
WORKDIR /source
COPY . .
# What was downloaded and compiled stays in caches, and only what changed is built again. Cargo goes by times of files,
# which say nothing across two checkouts that share a cache; so our own sources, a few crates, are always new. Line
# tables are four fifths of the binary; the names of functions stay for a backtrace.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target,sharing=locked \
    find crates schema -type f -exec touch {} + \
    && cargo build --release --locked --package nailsage-cli \
    && strip --strip-debug -o /usr/local/bin/nailsage target/release/nailsage

FROM debian:bookworm-slim
# The certificates are those that a PostgreSQL server's is checked against.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin nailsage \
    && install --directory --owner=nailsage --group=nailsage --mode=700 /data
COPY --from=build /usr/local/bin/nailsage /usr/local/bin/
# By number, so that whoever runs it can see that it is not root.
USER 10001:10001
# Where `nailsage.db` lies unless DATABASE_URL names another book. A folder mounted here has to belong to 10001.
WORKDIR /data
VOLUME /data
ENTRYPOINT ["nailsage"]
