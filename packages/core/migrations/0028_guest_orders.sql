CREATE TABLE "commerce"."open_guest_orders" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"origin" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "open_guest_orders_origin_length" CHECK (length("commerce"."open_guest_orders"."origin") between 1 and 64)
);
--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" DROP CONSTRAINT "api_keys_scopes_known";--> statement-breakpoint
ALTER TABLE "commerce"."api_keys" ADD CONSTRAINT "api_keys_scopes_known" CHECK (cardinality("commerce"."api_keys"."scopes") > 0 and "commerce"."api_keys"."scopes" <@ array['catalog', 'stock', 'orders', 'money', 'gateway-events', 'events', 'webhooks', 'keys', 'guests']);