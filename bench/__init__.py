"""How fast the platform is, measured beside what it is compared with: `make bench`.

A measure is a function with `@measure("intake.vs_copy", unit="ratio")` in a module of `bench.measures`; it gets a
`Run`, which knows how large the city is, gives it databases to spoil, and runs code in processes whose memory is watched.
"""
