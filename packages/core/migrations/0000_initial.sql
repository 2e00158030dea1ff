CREATE TABLE "commerce"."api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_key_hash" UNIQUE("key_hash"),
	CONSTRAINT "api_keys_key_hash_length" CHECK (octet_length("commerce"."api_keys"."key_hash") = 32),
	CONSTRAINT "api_keys_name_length" CHECK (length("commerce"."api_keys"."name") between 1 and 100),
	CONSTRAINT "api_keys_scopes_known" CHECK (cardinality("commerce"."api_keys"."scopes") > 0 and "commerce"."api_keys"."scopes" <@ array['catalog', 'stock', 'orders', 'money', 'events', 'keys'])
);
--> statement-breakpoint
CREATE TABLE "commerce"."products" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sku" text NOT NULL,
	"name" text NOT NULL,
	"price_amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"archived_at" timestamp (3) with time zone,
	"version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "products_sku" UNIQUE("sku"),
	CONSTRAINT "products_sku_length" CHECK (length("commerce"."products"."sku") between 1 and 100),
	CONSTRAINT "products_name_length" CHECK (length("commerce"."products"."name") between 1 and 300),
	CONSTRAINT "products_price_amount_range" CHECK ("commerce"."products"."price_amount" between 0 and 1000000000000),
	CONSTRAINT "products_currency_code" CHECK ("commerce"."products"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "products_version_positive" CHECK ("commerce"."products"."version" > 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"aggregatetype" text NOT NULL,
	"aggregateid" uuid NOT NULL,
	"version" integer NOT NULL,
	"type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "events_one_per_version" UNIQUE("aggregateid","version"),
	CONSTRAINT "events_aggregatetype_known" CHECK ("commerce"."events"."aggregatetype" in ('order', 'product')),
	CONSTRAINT "events_type_past_tense" CHECK ("commerce"."events"."type" ~ '^[a-z]+\.[a-z_]+$'),
	CONSTRAINT "events_version_positive" CHECK ("commerce"."events"."version" > 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."stock_movements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"product_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"quantity" integer NOT NULL,
	"cause_id" uuid NOT NULL,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "stock_movements_one_per_cause" UNIQUE("cause_id","product_id","kind"),
	CONSTRAINT "stock_movements_kind_known" CHECK ("commerce"."stock_movements"."kind" in ('RECEIVED', 'ADJUSTED', 'SOLD', 'RESTOCKED')),
	CONSTRAINT "stock_movements_sign" CHECK (case "commerce"."stock_movements"."kind" when 'SOLD' then "commerce"."stock_movements"."quantity" < 0 when 'ADJUSTED' then "commerce"."stock_movements"."quantity" <> 0 else "commerce"."stock_movements"."quantity" > 0 end),
	CONSTRAINT "stock_movements_adjusted_has_reason" CHECK ("commerce"."stock_movements"."kind" <> 'ADJUSTED' or "commerce"."stock_movements"."reason" is not null),
	CONSTRAINT "stock_movements_reason_length" CHECK (length("commerce"."stock_movements"."reason") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "commerce"."stocks" (
	"product_id" uuid PRIMARY KEY NOT NULL,
	"available_qty" integer NOT NULL,
	"reserved_qty" integer NOT NULL,
	CONSTRAINT "stocks_reserved_within_available" CHECK (0 <= "commerce"."stocks"."reserved_qty" and "commerce"."stocks"."reserved_qty" <= "commerce"."stocks"."available_qty"),
	CONSTRAINT "stocks_available_qty_range" CHECK ("commerce"."stocks"."available_qty" <= 2000000000)
);
--> statement-breakpoint
CREATE TABLE "commerce"."order_lines" (
	"order_id" uuid NOT NULL,
	"line_no" smallint NOT NULL,
	"kind" text NOT NULL,
	"product_id" uuid,
	"sku" text,
	"name" text NOT NULL,
	"quantity" integer NOT NULL,
	"unit_amount" bigint NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "order_lines_pkey" PRIMARY KEY("order_id","line_no"),
	CONSTRAINT "order_lines_kind_known" CHECK ("commerce"."order_lines"."kind" in ('PRODUCT', 'SHIPPING', 'DISCOUNT', 'TAX')),
	CONSTRAINT "order_lines_product_when_product" CHECK (("commerce"."order_lines"."kind" = 'PRODUCT') = ("commerce"."order_lines"."product_id" is not null)),
	CONSTRAINT "order_lines_sku_when_product" CHECK (("commerce"."order_lines"."kind" = 'PRODUCT') = ("commerce"."order_lines"."sku" is not null)),
	CONSTRAINT "order_lines_line_no_positive" CHECK ("commerce"."order_lines"."line_no" > 0),
	CONSTRAINT "order_lines_quantity_positive" CHECK ("commerce"."order_lines"."quantity" > 0),
	CONSTRAINT "order_lines_amount_product" CHECK ("commerce"."order_lines"."amount" = "commerce"."order_lines"."quantity" * "commerce"."order_lines"."unit_amount"),
	CONSTRAINT "order_lines_amount_sign" CHECK (case when "commerce"."order_lines"."kind" = 'DISCOUNT' then "commerce"."order_lines"."unit_amount" <= 0 else "commerce"."order_lines"."unit_amount" >= 0 end)
);
--> statement-breakpoint
CREATE TABLE "commerce"."orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"status" text NOT NULL,
	"fulfillment_status" text NOT NULL,
	"reservation_status" text NOT NULL,
	"hold_until" timestamp (3) with time zone NOT NULL,
	"currency" text NOT NULL,
	"total_amount" bigint NOT NULL,
	"contact" jsonb,
	"shipping_address" jsonb,
	"reference" text,
	"metadata" jsonb,
	"needs_attention" text,
	"version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "orders_status_known" CHECK ("commerce"."orders"."status" in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED', 'PAID', 'EXPIRED', 'CANCELED')),
	CONSTRAINT "orders_fulfillment_status_known" CHECK ("commerce"."orders"."fulfillment_status" in ('UNFULFILLED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'PARTIALLY_DELIVERED', 'DELIVERED', 'PARTIALLY_RETURNED', 'RETURNED')),
	CONSTRAINT "orders_needs_attention_known" CHECK ("commerce"."orders"."needs_attention" in ('refund_due', 'amount_mismatch', 'event_conflict')),
	CONSTRAINT "orders_reservation_follows_status" CHECK (("commerce"."orders"."status", "commerce"."orders"."reservation_status") in (('CREATED', 'HELD'), ('PAYMENT_PENDING', 'HELD'), ('PAYMENT_FAILED', 'RELEASED'), ('PAID', 'COMMITTED'), ('EXPIRED', 'RELEASED'), ('CANCELED', 'RELEASED'))),
	CONSTRAINT "orders_only_paid_ships" CHECK ("commerce"."orders"."fulfillment_status" = 'UNFULFILLED' or "commerce"."orders"."status" = 'PAID'),
	CONSTRAINT "orders_total_amount_range" CHECK ("commerce"."orders"."total_amount" between 0 and 9007199254740991),
	CONSTRAINT "orders_currency_code" CHECK ("commerce"."orders"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "orders_customer_id_length" CHECK (length("commerce"."orders"."customer_id") between 1 and 200),
	CONSTRAINT "orders_reference_length" CHECK (length("commerce"."orders"."reference") between 1 and 200),
	CONSTRAINT "orders_metadata_size" CHECK (octet_length("commerce"."orders"."metadata"::text) <= 8192),
	CONSTRAINT "orders_version_positive" CHECK ("commerce"."orders"."version" > 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."gateway_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"provider_event_id" text NOT NULL,
	"type" text NOT NULL,
	"payment_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"failure_code" text,
	"fingerprint" text NOT NULL,
	"raw_body" "bytea",
	"outcome" text NOT NULL,
	"effect" text,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"received_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "gateway_events_type_known" CHECK ("commerce"."gateway_events"."type" in ('AUTHORIZED', 'FAILED')),
	CONSTRAINT "gateway_events_outcome_known" CHECK ("commerce"."gateway_events"."outcome" in ('RECEIVED', 'APPLIED', 'UNMATCHED', 'IGNORED_STALE', 'CONFLICT', 'PARKED')),
	CONSTRAINT "gateway_events_effect_known" CHECK ("commerce"."gateway_events"."effect" in ('order_paid', 'payment_failed', 'payment_in_review', 'surplus', 'already_settled', 'already_failed', 'settled_before', 'canceled_before', 'under_review', 'amount_mismatch')),
	CONSTRAINT "gateway_events_provider_event_id_length" CHECK (length("commerce"."gateway_events"."provider_event_id") between 1 and 300),
	CONSTRAINT "gateway_events_waits_iff_due" CHECK (("commerce"."gateway_events"."outcome" in ('RECEIVED', 'UNMATCHED')) = ("commerce"."gateway_events"."due_at" is not null)),
	CONSTRAINT "gateway_events_decided_iff_final" CHECK (("commerce"."gateway_events"."outcome" in ('RECEIVED', 'UNMATCHED')) = ("commerce"."gateway_events"."decided_at" is null)),
	CONSTRAINT "gateway_events_applied_says_what" CHECK ("commerce"."gateway_events"."outcome" <> 'APPLIED' or "commerce"."gateway_events"."effect" is not null),
	CONSTRAINT "gateway_events_attempts_range" CHECK ("commerce"."gateway_events"."attempts" >= 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"currency" text NOT NULL,
	"amount" bigint NOT NULL,
	"authorized_amount" bigint NOT NULL,
	"captured_amount" bigint NOT NULL,
	"refunded_amount" bigint NOT NULL,
	"refund_reserved_amount" bigint NOT NULL,
	"surplus" boolean NOT NULL,
	"failure_code" text,
	"reported_amount" bigint,
	"reported_currency" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payments_status_known" CHECK ("commerce"."payments"."status" in ('CREATED', 'PENDING', 'FAILED', 'CANCELED', 'AUTHORIZED', 'REVIEW', 'CAPTURED')),
	CONSTRAINT "payments_currency_code" CHECK ("commerce"."payments"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "payments_amounts_ordered" CHECK (0 <= "commerce"."payments"."refunded_amount" and 0 <= "commerce"."payments"."refund_reserved_amount" and "commerce"."payments"."refunded_amount" + "commerce"."payments"."refund_reserved_amount" <= "commerce"."payments"."captured_amount" and "commerce"."payments"."captured_amount" <= "commerce"."payments"."authorized_amount" and "commerce"."payments"."authorized_amount" <= "commerce"."payments"."amount"),
	CONSTRAINT "payments_authorized_in_full" CHECK ("commerce"."payments"."status" not in ('AUTHORIZED', 'CAPTURED') or "commerce"."payments"."authorized_amount" = "commerce"."payments"."amount"),
	CONSTRAINT "payments_unsettled_has_no_money" CHECK ("commerce"."payments"."status" not in ('CREATED', 'PENDING', 'FAILED', 'REVIEW') or "commerce"."payments"."authorized_amount" = 0),
	CONSTRAINT "payments_review_says_what_came" CHECK ("commerce"."payments"."status" <> 'REVIEW' or ("commerce"."payments"."reported_amount" is not null and "commerce"."payments"."reported_currency" is not null)),
	CONSTRAINT "payments_failed_says_why" CHECK ("commerce"."payments"."status" <> 'FAILED' or "commerce"."payments"."failure_code" is not null)
);
--> statement-breakpoint
CREATE TABLE "commerce"."refunds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"payment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "refunds_kind_known" CHECK ("commerce"."refunds"."kind" in ('VOID', 'REFUND')),
	CONSTRAINT "refunds_status_known" CHECK ("commerce"."refunds"."status" in ('REQUESTED', 'SUBMITTED', 'UNKNOWN', 'SUCCEEDED', 'FAILED')),
	CONSTRAINT "refunds_reason_known" CHECK ("commerce"."refunds"."reason" in ('surplus', 'order_canceled', 'amount_mismatch')),
	CONSTRAINT "refunds_amount_positive" CHECK ("commerce"."refunds"."amount" > 0),
	CONSTRAINT "refunds_currency_code" CHECK ("commerce"."refunds"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "commerce"."shipment_lines" (
	"shipment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line_no" smallint NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "shipment_lines_pkey" PRIMARY KEY("shipment_id","line_no"),
	CONSTRAINT "shipment_lines_quantity_positive" CHECK ("commerce"."shipment_lines"."quantity" > 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."shipments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"status" text NOT NULL,
	"carrier" text,
	"tracking_number" text,
	"shipped_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "shipments_of_order" UNIQUE("id","order_id"),
	CONSTRAINT "shipments_status_known" CHECK ("commerce"."shipments"."status" in ('READY', 'SHIPPED', 'IN_TRANSIT', 'DELIVERED', 'LOST', 'RETURNED', 'CANCELED')),
	CONSTRAINT "shipments_shipped_has_tracking" CHECK (("commerce"."shipments"."status" in ('READY', 'CANCELED')) = ("commerce"."shipments"."shipped_at" is null) and ("commerce"."shipments"."shipped_at" is null) = ("commerce"."shipments"."carrier" is null) and ("commerce"."shipments"."carrier" is null) = ("commerce"."shipments"."tracking_number" is null)),
	CONSTRAINT "shipments_delivered_has_time" CHECK (("commerce"."shipments"."status" = 'DELIVERED') = ("commerce"."shipments"."delivered_at" is not null)),
	CONSTRAINT "shipments_carrier_length" CHECK (length("commerce"."shipments"."carrier") between 1 and 100),
	CONSTRAINT "shipments_tracking_number_length" CHECK (length("commerce"."shipments"."tracking_number") between 1 and 100)
);
--> statement-breakpoint
ALTER TABLE "commerce"."stock_movements" ADD CONSTRAINT "stock_movements_product" FOREIGN KEY ("product_id") REFERENCES "commerce"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."stocks" ADD CONSTRAINT "stocks_product" FOREIGN KEY ("product_id") REFERENCES "commerce"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_product" FOREIGN KEY ("product_id") REFERENCES "commerce"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD CONSTRAINT "refunds_payment" FOREIGN KEY ("payment_id") REFERENCES "commerce"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD CONSTRAINT "refunds_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."shipment_lines" ADD CONSTRAINT "shipment_lines_shipment" FOREIGN KEY ("shipment_id","order_id") REFERENCES "commerce"."shipments"("id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."shipment_lines" ADD CONSTRAINT "shipment_lines_order_line" FOREIGN KEY ("order_id","line_no") REFERENCES "commerce"."order_lines"("order_id","line_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."shipments" ADD CONSTRAINT "shipments_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "events_xid" ON "commerce"."events" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "stock_movements_product_id" ON "commerce"."stock_movements" USING btree ("product_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "order_lines_one_per_product" ON "commerce"."order_lines" USING btree ("order_id","product_id");--> statement-breakpoint
CREATE INDEX "orders_customer" ON "commerce"."orders" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "orders_status" ON "commerce"."orders" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "orders_hold_due" ON "commerce"."orders" USING btree ("hold_until") WHERE "commerce"."orders"."status" in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED');--> statement-breakpoint
CREATE INDEX "orders_attention" ON "commerce"."orders" USING btree ("id") WHERE "commerce"."orders"."needs_attention" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_events_first" ON "commerce"."gateway_events" USING btree ("provider","provider_event_id") WHERE "commerce"."gateway_events"."outcome" <> 'CONFLICT';--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_events_conflict" ON "commerce"."gateway_events" USING btree ("provider","provider_event_id","fingerprint") WHERE "commerce"."gateway_events"."outcome" = 'CONFLICT';--> statement-breakpoint
CREATE INDEX "gateway_events_payment" ON "commerce"."gateway_events" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "gateway_events_due" ON "commerce"."gateway_events" USING btree ("due_at") WHERE "commerce"."gateway_events"."due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "payments_one_live" ON "commerce"."payments" USING btree ("order_id") WHERE "commerce"."payments"."status" in ('CREATED', 'PENDING', 'REVIEW');--> statement-breakpoint
CREATE UNIQUE INDEX "payments_one_settling" ON "commerce"."payments" USING btree ("order_id") WHERE "commerce"."payments"."status" in ('AUTHORIZED', 'CAPTURED') and not "commerce"."payments"."surplus";--> statement-breakpoint
CREATE INDEX "payments_order_id" ON "commerce"."payments" USING btree ("order_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_one_void" ON "commerce"."refunds" USING btree ("payment_id") WHERE "commerce"."refunds"."kind" = 'VOID' and "commerce"."refunds"."status" <> 'FAILED';--> statement-breakpoint
CREATE INDEX "refunds_order_id" ON "commerce"."refunds" USING btree ("order_id","id");--> statement-breakpoint
CREATE INDEX "refunds_open" ON "commerce"."refunds" USING btree ("id") WHERE "commerce"."refunds"."status" in ('REQUESTED', 'SUBMITTED', 'UNKNOWN');--> statement-breakpoint
CREATE INDEX "shipments_order_id" ON "commerce"."shipments" USING btree ("order_id","id");--> statement-breakpoint
-- From here on written by hand: what drizzle-kit has no words for.
-- The log and the ledger only grow. Whoever repairs them by hand has to switch this off first, knowingly.
CREATE FUNCTION "commerce"."refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;--> statement-breakpoint
CREATE TRIGGER "events_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "commerce"."events" FOR EACH STATEMENT EXECUTE FUNCTION "commerce"."refuse_change"();--> statement-breakpoint
CREATE TRIGGER "stock_movements_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "commerce"."stock_movements" FOR EACH STATEMENT EXECUTE FUNCTION "commerce"."refuse_change"();--> statement-breakpoint
-- Stock rows are the ones rewritten with every order: room on the page keeps their updates out of the index (HOT).
ALTER TABLE "commerce"."stocks" SET (fillfactor = 70);
