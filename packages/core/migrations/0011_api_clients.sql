CREATE TABLE "commerce"."api_clients" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "api_clients_name" UNIQUE("name"),
	CONSTRAINT "api_clients_name_length" CHECK (length("commerce"."api_clients"."name") between 1 and 100)
);
--> statement-breakpoint
-- Each key becomes a client of its own, because two programs may have keys of the same name. The client has the key's id, under which
-- the key's idempotency keys are stored already. Of keys with the same name the newest valid one leaves its name to its client.
INSERT INTO "commerce"."api_clients" ("id", "name", "created_at")
SELECT "id", CASE row_number() OVER (PARTITION BY "name" ORDER BY "revoked_at" IS NOT NULL, "created_at" DESC, "id" DESC) WHEN 1 THEN "name" ELSE left("name", 63) || ' ' || "id" END, "created_at"
FROM "commerce"."api_keys";--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" ADD COLUMN "client_id" uuid;--> statement-breakpoint
UPDATE "commerce"."api_keys" SET "client_id" = "id";--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" ALTER COLUMN "client_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" ADD CONSTRAINT "api_keys_client" FOREIGN KEY ("client_id") REFERENCES "commerce"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_of_client" ON "commerce"."api_keys" USING btree ("client_id","id");--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" DROP CONSTRAINT "api_keys_name_length";--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" DROP COLUMN "name";