CREATE TABLE "commerce"."gateway_listings" (
	"provider" text PRIMARY KEY NOT NULL,
	"listed_until" timestamp (3) with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "gateway_listings_attempts_range" CHECK ("commerce"."gateway_listings"."attempts" >= 0)
);
