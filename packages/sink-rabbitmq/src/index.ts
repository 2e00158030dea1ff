export { rabbitmqSink, type RabbitmqSinkOptions } from './sink.ts';
