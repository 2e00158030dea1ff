ALTER TABLE "commerce"."events" ADD COLUMN "traceparent" text;--> statement-breakpoint
ALTER TABLE "commerce"."gateway_calls" ADD COLUMN "traceparent" text;