CREATE TABLE "commerce"."late_gateway_event_bodies" (
	"gateway_event_id" uuid PRIMARY KEY NOT NULL,
	"since" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "commerce"."retention_rules" (
	"name" text PRIMARY KEY NOT NULL,
	"keep_ms" bigint,
	"due_at" timestamp (3) with time zone NOT NULL,
	"walked_to" uuid,
	"walked_until" timestamp (3) with time zone,
	CONSTRAINT "retention_rules_name_known" CHECK ("commerce"."retention_rules"."name" in ('idempotency_keys', 'webhook_attempts', 'parked_deliveries', 'gateway_event_bodies')),
	CONSTRAINT "retention_rules_keep_ms_positive" CHECK ("commerce"."retention_rules"."keep_ms" > 0)
);
--> statement-breakpoint
CREATE INDEX "late_gateway_event_bodies_since" ON "commerce"."late_gateway_event_bodies" USING btree ("since");--> statement-breakpoint
CREATE INDEX "retention_rules_due" ON "commerce"."retention_rules" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_parked" ON "commerce"."webhook_deliveries" USING btree ("updated_at") WHERE "commerce"."webhook_deliveries"."status" = 'PARKED';--> statement-breakpoint
-- Written by hand: the rules are rows from the start, and due at once.
INSERT INTO "commerce"."retention_rules" ("name", "due_at") VALUES ('idempotency_keys', now()), ('webhook_attempts', now()), ('parked_deliveries', now()), ('gateway_event_bodies', now());
