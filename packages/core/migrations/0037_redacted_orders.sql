ALTER TABLE "commerce"."orders" ADD COLUMN "redacted_at" timestamp (3) with time zone;--> statement-breakpoint
UPDATE "commerce"."orders" o SET "redacted_at" = e."created_at"
FROM (
	SELECT "aggregateid", min("created_at") AS "created_at" FROM "commerce"."events"
	WHERE "type" = 'order.redacted' AND "payload" -> 'changed' ?| array['contact', 'shippingAddress']
	GROUP BY "aggregateid"
) e
WHERE e."aggregateid" = o."id" AND o."contact" IS NULL AND o."shipping_address" IS NULL;--> statement-breakpoint
ALTER TABLE "commerce"."orders" ADD CONSTRAINT "orders_redacted_has_no_texts" CHECK ("commerce"."orders"."redacted_at" is null or ("commerce"."orders"."contact" is null and "commerce"."orders"."shipping_address" is null));