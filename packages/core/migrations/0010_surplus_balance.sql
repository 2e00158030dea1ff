-- Surplus money of another amount or currency had no balance. Its approval is recorded now, and the VOID of it if that has succeeded.
CREATE TEMPORARY TABLE "unbalanced" ON COMMIT DROP AS
SELECT p."id", p."order_id", p."reported_amount", p."reported_currency", f."status",
  o."version" + row_number() OVER (PARTITION BY p."order_id" ORDER BY p."id", f."status") AS "version",
  CASE f."status" WHEN 'AUTHORIZED' THEN 'payment.authorized' ELSE 'payment.voided' END AS "type",
  jsonb_build_object('orderId', o."id", 'orderStatus', o."status", 'fulfillmentStatus', o."fulfillment_status", 'reservationStatus', o."reservation_status", 'paymentId', p."id")
    || CASE f."status" WHEN 'AUTHORIZED' THEN jsonb_build_object('amount', p."reported_amount", 'currency', p."reported_currency", 'surplus', true) ELSE '{}' END AS "payload"
FROM "commerce"."payments" p JOIN "commerce"."orders" o ON o."id" = p."order_id"
CROSS JOIN (VALUES ('AUTHORIZED'), ('CANCELED')) f ("status")
WHERE p."surplus" AND p."authorized_amount" = 0 AND p."reported_amount" > 0 AND (f."status" = 'AUTHORIZED' OR EXISTS (
  SELECT FROM "commerce"."refunds" r WHERE r."payment_id" = p."id" AND r."kind" = 'VOID' AND r."status" = 'SUCCEEDED'));--> statement-breakpoint
INSERT INTO "commerce"."events" ("id", "aggregatetype", "aggregateid", "version", "type", "payload", "created_at")
SELECT gen_random_uuid(), 'order', "order_id", "version", "type", "payload", now() FROM "unbalanced";--> statement-breakpoint
UPDATE "commerce"."orders" o SET "version" = u."version" FROM (SELECT "order_id", max("version") AS "version" FROM "unbalanced" GROUP BY "order_id") u WHERE o."id" = u."order_id";--> statement-breakpoint
UPDATE "commerce"."payments" p SET "status" = u."status", "amount" = u."reported_amount", "authorized_amount" = u."reported_amount", "currency" = u."reported_currency", "failure_code" = NULL
FROM (SELECT DISTINCT ON ("id") * FROM "unbalanced" ORDER BY "id", "version" DESC) u WHERE p."id" = u."id";--> statement-breakpoint
UPDATE "commerce"."payments" SET "surplus" = false WHERE "surplus" AND "authorized_amount" = 0 AND "amount" > 0;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_surplus_has_a_balance" CHECK (not "commerce"."payments"."surplus" or "commerce"."payments"."authorized_amount" = "commerce"."payments"."amount");
