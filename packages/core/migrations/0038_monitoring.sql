CREATE TABLE "commerce"."doctor_runs" (
	"id" integer PRIMARY KEY NOT NULL,
	"ran_at" timestamp (3) with time zone NOT NULL,
	"took_ms" integer NOT NULL,
	"counts" jsonb NOT NULL,
	CONSTRAINT "doctor_runs_one_row" CHECK ("commerce"."doctor_runs"."id" = 1 and "commerce"."doctor_runs"."took_ms" >= 0)
);
