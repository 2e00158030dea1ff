create schema bench;

-- Ids that are computed from a number. pgbench has only numbers, and can name a product or a payment by these functions.
create function bench.product(n int) returns uuid language sql immutable
  return ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function bench.payment(n bigint) returns uuid language sql immutable
  return ('01920000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;

-- The number of the next payment that waits for its webhook.
create sequence bench.next_payment;
