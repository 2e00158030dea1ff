ALTER TABLE "commerce"."retention_rules" DROP CONSTRAINT "retention_rules_name_known";--> statement-breakpoint
ALTER TABLE "commerce"."retention_rules" ADD CONSTRAINT "retention_rules_name_known" CHECK ("commerce"."retention_rules"."name" in ('idempotency_keys', 'webhook_attempts', 'parked_deliveries', 'gateway_event_bodies', 'tracking_message_bodies', 'operator_sessions'));--> statement-breakpoint
INSERT INTO "commerce"."retention_rules" ("name", "due_at") VALUES ('operator_sessions', now());
