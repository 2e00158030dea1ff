CREATE TABLE "commerce"."webhook_attempts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"position" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"aggregateid" uuid NOT NULL,
	"version" integer NOT NULL,
	"events" integer NOT NULL,
	"attempt" integer NOT NULL,
	"status" text NOT NULL,
	"status_code" integer,
	"failure" text,
	"duration_ms" integer NOT NULL,
	"answer" text NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_attempts_status_known" CHECK ("commerce"."webhook_attempts"."status" in ('DELIVERED', 'FAILED', 'PARKED')),
	CONSTRAINT "webhook_attempts_next_if_failed" CHECK ("commerce"."webhook_attempts"."status" = 'FAILED' or "commerce"."webhook_attempts"."next_attempt_at" is null)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "commerce"."webhook_deliveries" (
	"endpoint_id" uuid NOT NULL,
	"position" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"aggregateid" uuid NOT NULL,
	"version" integer NOT NULL,
	"type" text NOT NULL,
	"status" text NOT NULL,
	"holds" boolean NOT NULL,
	"announced" boolean NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY("endpoint_id","position"),
	CONSTRAINT "webhook_deliveries_status_known" CHECK ("commerce"."webhook_deliveries"."status" in ('RETRYING', 'PARKED')),
	CONSTRAINT "webhook_deliveries_due_iff_retrying" CHECK (("commerce"."webhook_deliveries"."status" = 'RETRYING') = ("commerce"."webhook_deliveries"."due_at" is not null)),
	CONSTRAINT "webhook_deliveries_parked_holds_none" CHECK ("commerce"."webhook_deliveries"."status" = 'RETRYING' or not "commerce"."webhook_deliveries"."holds"),
	CONSTRAINT "webhook_deliveries_attempts_range" CHECK ("commerce"."webhook_deliveries"."attempts" >= 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."webhook_endpoints" (
	"id" uuid PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"status" text NOT NULL,
	"disabled_reason" text,
	"types" text[],
	"aggregate_types" text[],
	"batch_max" integer NOT NULL,
	"in_flight_max" integer NOT NULL,
	"secrets" "bytea" NOT NULL,
	"previous_secret_until" timestamp (3) with time zone,
	"position" bigint NOT NULL,
	"batch_until" bigint,
	"cursor_waits" boolean NOT NULL,
	"not_before" timestamp (3) with time zone,
	"in_flight" integer NOT NULL,
	"fence" integer NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"failing_since" timestamp (3) with time zone,
	"failing_level" integer NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_endpoints_status_known" CHECK ("commerce"."webhook_endpoints"."status" in ('ACTIVE', 'PAUSED', 'DISABLED')),
	CONSTRAINT "webhook_endpoints_disabled_reason_known" CHECK ("commerce"."webhook_endpoints"."disabled_reason" in ('gone', 'failing')),
	CONSTRAINT "webhook_endpoints_reason_iff_disabled" CHECK (("commerce"."webhook_endpoints"."status" = 'DISABLED') = ("commerce"."webhook_endpoints"."disabled_reason" is not null)),
	CONSTRAINT "webhook_endpoints_url_length" CHECK (length("commerce"."webhook_endpoints"."url") between 1 and 2000),
	CONSTRAINT "webhook_endpoints_batch_max_range" CHECK ("commerce"."webhook_endpoints"."batch_max" between 1 and 1000),
	CONSTRAINT "webhook_endpoints_in_flight_range" CHECK ("commerce"."webhook_endpoints"."in_flight" between 1 and "commerce"."webhook_endpoints"."in_flight_max"),
	CONSTRAINT "webhook_endpoints_position_range" CHECK ("commerce"."webhook_endpoints"."position" >= 0 and "commerce"."webhook_endpoints"."batch_until" > "commerce"."webhook_endpoints"."position"),
	CONSTRAINT "webhook_endpoints_fence_range" CHECK ("commerce"."webhook_endpoints"."fence" >= 0),
	CONSTRAINT "webhook_endpoints_version_range" CHECK ("commerce"."webhook_endpoints"."version" >= 0),
	CONSTRAINT "webhook_endpoints_level_while_failing" CHECK ("commerce"."webhook_endpoints"."failing_level" between 0 and 3 and ("commerce"."webhook_endpoints"."failing_level" = 0 or "commerce"."webhook_endpoints"."failing_since" is not null))
);
--> statement-breakpoint
ALTER TABLE "commerce"."events" DROP CONSTRAINT "events_aggregatetype_known";--> statement-breakpoint
ALTER TABLE "commerce"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_endpoint" FOREIGN KEY ("endpoint_id") REFERENCES "commerce"."webhook_endpoints"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_attempts_of_endpoint" ON "commerce"."webhook_attempts" USING btree ("endpoint_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_one_holds" ON "commerce"."webhook_deliveries" USING btree ("endpoint_id","aggregateid") WHERE "commerce"."webhook_deliveries"."holds";--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "commerce"."webhook_deliveries" USING btree ("endpoint_id","due_at") WHERE "commerce"."webhook_deliveries"."status" = 'RETRYING';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_gaps" ON "commerce"."webhook_deliveries" USING btree ("endpoint_id","position") WHERE "commerce"."webhook_deliveries"."status" = 'PARKED';--> statement-breakpoint
CREATE INDEX "webhook_endpoints_active" ON "commerce"."webhook_endpoints" USING btree ("leased_until" NULLS FIRST) WHERE "commerce"."webhook_endpoints"."status" = 'ACTIVE';--> statement-breakpoint
ALTER TABLE "commerce"."events" ADD CONSTRAINT "events_aggregatetype_known" CHECK ("commerce"."events"."aggregatetype" in ('order', 'product', 'endpoint'));