import type { DynamoDb } from '../dynamodb';
import { dynamoDbInputs as takes } from '../dynamodb-inputs';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationException');

/** DynamoDB on the wire. What is done to items is a data event. */
export function dynamoDbOperations(dynamoDb: DynamoDb) {
  return {
    CreateTable: operation('write', takes.CreateTable, (input) => dynamoDb.createTable(input)),
    GetItem: operation('data', takes.GetItem, (input) => dynamoDb.getItem(input)),
    UpdateItem: operation('data', takes.UpdateItem, (input) => dynamoDb.updateItem(input)),
  };
}
