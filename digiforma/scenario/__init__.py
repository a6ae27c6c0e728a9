"""Lives of subscriptions, played day by day through the real services (docs/scenarios.md).

`reading` takes a file apart, `playing` runs its steps in a transaction that is rolled back,
`telling` prints what came of it. Nothing here computes money or time.
"""
