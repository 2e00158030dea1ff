CREATE TABLE "commerce"."tracking_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"parcel_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"checkpoint_id" text NOT NULL,
	"carrier" text NOT NULL,
	"tracking_number" text NOT NULL,
	"tracking" text NOT NULL,
	"occurred_at" timestamp (3) with time zone,
	"detail" text,
	"effect" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "tracking_events_tracking_known" CHECK ("commerce"."tracking_events"."tracking" in ('LABEL', 'PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'AT_PICKUP_POINT', 'ATTEMPT_FAILED', 'PROBLEM', 'RETURNING', 'SILENT', 'DELIVERED')),
	CONSTRAINT "tracking_events_effect_known" CHECK ("commerce"."tracking_events"."effect" in ('moved', 'recorded', 'former_user', 'parcel_over')),
	CONSTRAINT "tracking_events_checkpoint_id_length" CHECK (length("commerce"."tracking_events"."checkpoint_id") between 1 and 300),
	CONSTRAINT "tracking_events_detail_length" CHECK (length("commerce"."tracking_events"."detail") between 1 and 200)
);
--> statement-breakpoint
CREATE TABLE "commerce"."tracking_messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"reports" jsonb NOT NULL,
	"fingerprint" text NOT NULL,
	"raw_body" "bytea",
	"outcome" text NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"received_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "tracking_messages_outcome_known" CHECK ("commerce"."tracking_messages"."outcome" in ('RECEIVED', 'UNMATCHED', 'APPLIED', 'IGNORED', 'CONFLICT', 'PARKED', 'DISMISSED')),
	CONSTRAINT "tracking_messages_event_id_length" CHECK (length("commerce"."tracking_messages"."event_id") between 1 and 300),
	CONSTRAINT "tracking_messages_waits_iff_due" CHECK (("commerce"."tracking_messages"."outcome" in ('RECEIVED', 'UNMATCHED')) = ("commerce"."tracking_messages"."due_at" is not null)),
	CONSTRAINT "tracking_messages_decided_iff_final" CHECK (("commerce"."tracking_messages"."outcome" in ('RECEIVED', 'UNMATCHED')) = ("commerce"."tracking_messages"."decided_at" is null)),
	CONSTRAINT "tracking_messages_attempts_range" CHECK ("commerce"."tracking_messages"."attempts" >= 0)
);
--> statement-breakpoint
ALTER TABLE "commerce"."orders" DROP CONSTRAINT "orders_needs_attention_known";--> statement-breakpoint
ALTER TABLE "commerce"."retention_rules" DROP CONSTRAINT "retention_rules_name_known";--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "checkpoint_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "troubled" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "heard_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "provider" text;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "provider_ref" text;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "registered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "renew_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "attempts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "failure_code" text;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "polled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD COLUMN "due_at" timestamp (3) with time zone DEFAULT now();--> statement-breakpoint
ALTER TABLE "commerce"."tracking_events" ADD CONSTRAINT "tracking_events_parcel" FOREIGN KEY ("parcel_id") REFERENCES "commerce"."parcels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "tracking_events_once" ON "commerce"."tracking_events" USING btree ("provider","checkpoint_id","parcel_id");--> statement-breakpoint
CREATE INDEX "tracking_events_parcel_id" ON "commerce"."tracking_events" USING btree ("parcel_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "tracking_messages_first" ON "commerce"."tracking_messages" USING btree ("provider","event_id") WHERE "commerce"."tracking_messages"."outcome" <> 'CONFLICT';--> statement-breakpoint
CREATE UNIQUE INDEX "tracking_messages_conflict" ON "commerce"."tracking_messages" USING btree ("provider","event_id","fingerprint") WHERE "commerce"."tracking_messages"."outcome" = 'CONFLICT';--> statement-breakpoint
CREATE INDEX "tracking_messages_due" ON "commerce"."tracking_messages" USING btree ("due_at") WHERE "commerce"."tracking_messages"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "tracking_messages_unmatched" ON "commerce"."tracking_messages" USING gin ("reports" jsonb_path_ops) WHERE "commerce"."tracking_messages"."outcome" = 'UNMATCHED';--> statement-breakpoint
CREATE INDEX "tracking_messages_parked" ON "commerce"."tracking_messages" USING btree ("id") WHERE "commerce"."tracking_messages"."outcome" = 'PARKED';--> statement-breakpoint
CREATE INDEX "tracking_messages_bodies" ON "commerce"."tracking_messages" USING btree ("decided_at") WHERE "commerce"."tracking_messages"."raw_body" is not null;--> statement-breakpoint
CREATE INDEX "parcels_tracking_number" ON "commerce"."parcels" USING btree (translate("tracking_number", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ .-_/', 'abcdefghijklmnopqrstuvwxyz'));--> statement-breakpoint
CREATE INDEX "parcels_due" ON "commerce"."parcels" USING btree ("provider","due_at") WHERE "commerce"."parcels"."live" and "commerce"."parcels"."due_at" is not null;--> statement-breakpoint
ALTER TABLE "commerce"."orders" ADD CONSTRAINT "orders_needs_attention_known" CHECK ("commerce"."orders"."needs_attention" in ('refund_failed', 'dispute', 'authorization_lost', 'refunded_at_gateway', 'amount_mismatch', 'event_conflict', 'delivery_problem', 'return_refund_due', 'parcel_problem', 'authorization_lapsing', 'capture_overdue', 'capture_failed', 'gateway_silent', 'refund_due'));--> statement-breakpoint
ALTER TABLE "commerce"."retention_rules" ADD CONSTRAINT "retention_rules_name_known" CHECK ("commerce"."retention_rules"."name" in ('idempotency_keys', 'webhook_attempts', 'parked_deliveries', 'gateway_event_bodies', 'tracking_message_bodies'));--> statement-breakpoint
ALTER TABLE "commerce"."parcels" ADD CONSTRAINT "parcels_attempts_range" CHECK ("commerce"."parcels"."attempts" >= 0);--> statement-breakpoint
-- Written by hand: drizzle-kit has no triggers. What a carrier has reported stays as it is.
CREATE TRIGGER "tracking_events_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "commerce"."tracking_events" FOR EACH STATEMENT EXECUTE FUNCTION "commerce"."refuse_change"();--> statement-breakpoint
-- Written by hand: the rule is a row from the start, and due at once.
INSERT INTO "commerce"."retention_rules" ("name", "due_at") VALUES ('tracking_message_bodies', now());
