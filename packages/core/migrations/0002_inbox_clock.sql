ALTER TABLE "commerce"."gateway_events" ALTER COLUMN "due_at" SET DEFAULT now();--> statement-breakpoint
ALTER TABLE "commerce"."gateway_events" ALTER COLUMN "received_at" SET DEFAULT now();