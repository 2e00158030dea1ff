CREATE TABLE "commerce"."disputes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"payment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"gateway_dispute_id" text NOT NULL,
	"status" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "disputes_status_known" CHECK ("commerce"."disputes"."status" in ('OPEN', 'WON', 'LOST')),
	CONSTRAINT "disputes_amount_range" CHECK ("commerce"."disputes"."amount" >= 0),
	CONSTRAINT "disputes_currency_code" CHECK ("commerce"."disputes"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "commerce"."gateway_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"provider" text NOT NULL,
	"payment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"refund_id" uuid,
	"amount" bigint,
	"status" text NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"failure_code" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "gateway_calls_kind_known" CHECK ("commerce"."gateway_calls"."kind" in ('ASK', 'CANCEL', 'CAPTURE', 'REFUND')),
	CONSTRAINT "gateway_calls_status_known" CHECK ("commerce"."gateway_calls"."status" in ('DUE', 'DONE', 'REFUSED')),
	CONSTRAINT "gateway_calls_due_iff_open" CHECK (("commerce"."gateway_calls"."status" = 'DUE') = ("commerce"."gateway_calls"."due_at" is not null)),
	CONSTRAINT "gateway_calls_refund_when_refund" CHECK (("commerce"."gateway_calls"."kind" = 'REFUND') = ("commerce"."gateway_calls"."refund_id" is not null)),
	CONSTRAINT "gateway_calls_amount_when_capture" CHECK (("commerce"."gateway_calls"."kind" = 'CAPTURE') = ("commerce"."gateway_calls"."amount" is not null)),
	CONSTRAINT "gateway_calls_amount_positive" CHECK ("commerce"."gateway_calls"."amount" > 0),
	CONSTRAINT "gateway_calls_attempts_range" CHECK ("commerce"."gateway_calls"."attempts" >= 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."refund_lines" (
	"refund_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"line_no" smallint NOT NULL,
	"quantity" integer NOT NULL,
	"restock" boolean NOT NULL,
	CONSTRAINT "refund_lines_pkey" PRIMARY KEY("refund_id","line_no"),
	CONSTRAINT "refund_lines_quantity_positive" CHECK ("commerce"."refund_lines"."quantity" > 0)
);
--> statement-breakpoint
ALTER TABLE "commerce"."orders" DROP CONSTRAINT "orders_needs_attention_known";--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" DROP CONSTRAINT "gateway_events_type_known";--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" DROP CONSTRAINT "gateway_events_outcome_known";--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" DROP CONSTRAINT "gateway_events_effect_known";--> statement-breakpoint
ALTER TABLE "commerce"."refunds" DROP CONSTRAINT "refunds_reason_known";--> statement-breakpoint
ALTER TABLE "commerce"."idempotency_keys" ALTER COLUMN "answer" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ALTER COLUMN "payment_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."idempotency_keys" ADD COLUMN "row_id" uuid;--> statement-breakpoint
ALTER TABLE "commerce"."idempotency_keys" ADD COLUMN "lease_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD COLUMN "source" text DEFAULT 'WEBHOOK' NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD COLUMN "gateway_payment_id" text;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD COLUMN "refund_id" uuid;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD COLUMN "gateway_object_id" text;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD COLUMN "payable_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "method" text;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "capture" text DEFAULT 'MANUAL' NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "gateway_payment_id" text;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "reported_captured" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD COLUMN "gateway_refund_id" text;--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD COLUMN "failure_code" text;--> statement-breakpoint
ALTER TABLE "commerce"."disputes" ADD CONSTRAINT "disputes_payment" FOREIGN KEY ("payment_id") REFERENCES "commerce"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."disputes" ADD CONSTRAINT "disputes_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_calls" ADD CONSTRAINT "gateway_calls_payment" FOREIGN KEY ("payment_id") REFERENCES "commerce"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_calls" ADD CONSTRAINT "gateway_calls_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_calls" ADD CONSTRAINT "gateway_calls_refund" FOREIGN KEY ("refund_id") REFERENCES "commerce"."refunds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."refund_lines" ADD CONSTRAINT "refund_lines_refund" FOREIGN KEY ("refund_id") REFERENCES "commerce"."refunds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."refund_lines" ADD CONSTRAINT "refund_lines_line" FOREIGN KEY ("order_id","line_no") REFERENCES "commerce"."order_lines"("order_id","line_no") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "disputes_gateway_dispute_id" ON "commerce"."disputes" USING btree ("payment_id","gateway_dispute_id");--> statement-breakpoint
CREATE INDEX "disputes_order_id" ON "commerce"."disputes" USING btree ("order_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_calls_one_refund" ON "commerce"."gateway_calls" USING btree ("refund_id");--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_calls_one_open" ON "commerce"."gateway_calls" USING btree ("payment_id","kind") WHERE "commerce"."gateway_calls"."status" = 'DUE' and "commerce"."gateway_calls"."kind" <> 'REFUND';--> statement-breakpoint
CREATE INDEX "gateway_calls_due" ON "commerce"."gateway_calls" USING btree ("due_at") WHERE "commerce"."gateway_calls"."status" = 'DUE';--> statement-breakpoint
CREATE INDEX "gateway_calls_payment_id" ON "commerce"."gateway_calls" USING btree ("payment_id","id");--> statement-breakpoint
CREATE INDEX "refund_lines_order" ON "commerce"."refund_lines" USING btree ("order_id","line_no");--> statement-breakpoint
CREATE UNIQUE INDEX "payments_gateway_payment_id" ON "commerce"."payments" USING btree ("provider","gateway_payment_id") WHERE "commerce"."payments"."gateway_payment_id" is not null;--> statement-breakpoint
CREATE INDEX "payments_live_asked" ON "commerce"."payments" USING btree (coalesce("asked_at", "created_at")) WHERE "commerce"."payments"."status" in ('CREATED', 'PENDING', 'REVIEW');--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_gateway_refund_id" ON "commerce"."refunds" USING btree ("payment_id","gateway_refund_id") WHERE "commerce"."refunds"."gateway_refund_id" is not null;--> statement-breakpoint
ALTER TABLE "commerce"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_answered_or_leased" CHECK (("commerce"."idempotency_keys"."answer" is null) = ("commerce"."idempotency_keys"."lease_until" is not null) and ("commerce"."idempotency_keys"."lease_until" is null or "commerce"."idempotency_keys"."row_id" is not null));--> statement-breakpoint
ALTER TABLE "commerce"."orders" ADD CONSTRAINT "orders_needs_attention_known" CHECK ("commerce"."orders"."needs_attention" in ('refund_failed', 'refund_due', 'amount_mismatch', 'event_conflict', 'authorization_lost', 'capture_failed', 'dispute', 'gateway_silent'));--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD CONSTRAINT "gateway_events_source_known" CHECK ("commerce"."gateway_events"."source" in ('WEBHOOK', 'ANSWER'));--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD CONSTRAINT "gateway_events_type_known" CHECK ("commerce"."gateway_events"."type" in ('PENDING', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED', 'ATTEMPT_FAILED', 'REFUND_PENDING', 'REFUNDED', 'REFUND_FAILED', 'DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST', 'CHANGED', 'OTHER'));--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD CONSTRAINT "gateway_events_outcome_known" CHECK ("commerce"."gateway_events"."outcome" in ('RECEIVED', 'APPLIED', 'UNMATCHED', 'IGNORED_STALE', 'IGNORED_UNKNOWN', 'CONFLICT', 'PARKED', 'DISMISSED'));--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ADD CONSTRAINT "gateway_events_effect_known" CHECK ("commerce"."gateway_events"."effect" in ('order_paid', 'payment_failed', 'payment_in_review', 'surplus', 'payment_pending', 'payment_captured', 'payment_voided', 'refund_succeeded', 'refund_failed', 'refund_pending', 'refund_recorded', 'dispute_opened', 'dispute_closed', 'attempt_noted', 'asks_gateway', 'already_settled', 'already_failed', 'settled_before', 'canceled_before', 'under_review', 'amount_mismatch', 'already_pending', 'already_refunded', 'authorization_lost', 'going_back', 'already_noted'));--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_capture_known" CHECK ("commerce"."payments"."capture" in ('AUTOMATIC', 'MANUAL'));--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_method_length" CHECK (length("commerce"."payments"."method") between 1 and 50);--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_gateway_payment_id_length" CHECK (length("commerce"."payments"."gateway_payment_id") between 1 and 300);--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD CONSTRAINT "refunds_failed_says_why" CHECK ("commerce"."refunds"."status" <> 'FAILED' or "commerce"."refunds"."failure_code" is not null);--> statement-breakpoint
ALTER TABLE "commerce"."refunds" ADD CONSTRAINT "refunds_reason_known" CHECK ("commerce"."refunds"."reason" in ('surplus', 'order_canceled', 'amount_mismatch', 'requested', 'gateway'));--> statement-breakpoint
-- Refunds that were decided before there was a way to send them.
INSERT INTO "commerce"."gateway_calls" ("id", "kind", "provider", "payment_id", "order_id", "refund_id", "amount", "status", "attempts", "due_at", "failure_code", "created_at", "updated_at")
SELECT gen_random_uuid(), 'REFUND', p."provider", r."payment_id", r."order_id", r."id", null, 'DUE', 0, now(), null, now(), now()
FROM "commerce"."refunds" r JOIN "commerce"."payments" p ON p."id" = r."payment_id" WHERE r."status" = 'REQUESTED';
