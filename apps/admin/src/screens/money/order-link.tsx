import { Link } from '@tanstack/react-router';

/** The way to the order of something. */
export const OrderLink = ({ orderId, text }: { orderId: string; text: string }) => (
  <Link to="/orders/$orderId" params={{ orderId }}>
    <code>{text}</code>
  </Link>
);
