create schema bench;

-- Ids that can be told from a number, so that pgbench, which knows numbers alone, can name a product or a payment.
create function bench.product(n int) returns uuid language sql immutable
  return ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;
create function bench.payment(n bigint) returns uuid language sql immutable
  return ('01920000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;

-- The next order that waits for its payment.
create sequence bench.next_payment;
