import { cleanObject, keyValPairListToObject, lowerCaseHeaders } from './collection-values.ts';
import { isDate, toDate } from './date-values.ts';
import { isJSON, toJSON, toObject } from './json-values.ts';
import { isBigInt, isBool, isInt, isNumber, toBigInt, toBool, toInt, toNumber } from './number-values.ts';
import { isBufferDataPayload, toBufferDataPayload } from './payload-values.ts';
import {
  isConnection,
  isElement,
  isJSONForm,
  isObjectFieldMap,
  isObjectSelection,
  isPicklist,
  isSchedule,
  toJSONForm,
  toObjectFieldMap,
  toObjectSelection,
} from './selection-values.ts';
import { isString, isUrl, toText } from './text-values.ts';

/** Conversions that connectors use on what people typed in. */
export const util = {
  types: {
    isBool,
    toBool,
    isInt,
    toInt,
    isNumber,
    toNumber,
    isBigInt,
    toBigInt,
    isDate,
    toDate,
    isUrl,
    isBufferDataPayload,
    toBufferDataPayload,
    /** Older names of the two before. */
    isData: isBufferDataPayload,
    toData: toBufferDataPayload,
    isString,
    toString: toText,
    keyValPairListToObject,
    isJSON,
    toJSON,
    lowerCaseHeaders,
    isObjectSelection,
    toObjectSelection,
    isObjectFieldMap,
    toObjectFieldMap,
    isJSONForm,
    toJSONForm,
    isPicklist,
    isSchedule,
    isConnection,
    isElement,
    toObject,
    cleanObject,
  },
};
