CREATE TABLE "commerce"."event_epochs" (
	"epoch" integer PRIMARY KEY NOT NULL,
	"system_identifier" text NOT NULL,
	"timeline" text NOT NULL,
	"database_oid" bigint NOT NULL,
	"table_oid" bigint NOT NULL,
	"first_position" bigint NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"scan_from" "xid8",
	"snapshot" "pg_snapshot" NOT NULL,
	"scanned_position" bigint NOT NULL,
	CONSTRAINT "event_epochs_positive" CHECK ("commerce"."event_epochs"."epoch" > 0 and "commerce"."event_epochs"."first_position" > 0 and "commerce"."event_epochs"."scanned_position" >= 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."event_positions" (
	"position" bigint PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"aggregatetype" text NOT NULL,
	"aggregateid" uuid NOT NULL,
	"version" integer NOT NULL,
	"type" text NOT NULL,
	"snapshot" "pg_snapshot",
	CONSTRAINT "event_positions_one_per_event" UNIQUE("event_id"),
	CONSTRAINT "event_positions_positive" CHECK ("commerce"."event_positions"."position" > 0)
);
--> statement-breakpoint
-- Written by hand: drizzle-kit has no triggers. A position never moves, as the events never change.
CREATE TRIGGER "event_positions_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "commerce"."event_positions" FOR EACH STATEMENT EXECUTE FUNCTION "commerce"."refuse_change"();
