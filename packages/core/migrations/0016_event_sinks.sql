CREATE TABLE "commerce"."event_sinks" (
	"name" text PRIMARY KEY NOT NULL,
	"epoch" integer NOT NULL,
	"position" bigint NOT NULL,
	"claim" integer NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"failure" text,
	"published_at" timestamp (3) with time zone,
	CONSTRAINT "event_sinks_name_plain" CHECK ("commerce"."event_sinks"."name" ~ '^[a-z][a-z0-9-]{0,49}$'),
	CONSTRAINT "event_sinks_positive" CHECK ("commerce"."event_sinks"."epoch" >= 0 and "commerce"."event_sinks"."position" >= 0 and "commerce"."event_sinks"."claim" >= 0 and "commerce"."event_sinks"."attempts" >= 0),
	CONSTRAINT "event_sinks_failure_short" CHECK (char_length("commerce"."event_sinks"."failure") <= 500)
);
