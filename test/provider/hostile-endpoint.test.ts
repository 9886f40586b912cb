import { hostileRequests } from './hostile-requests';
import { ServedEndpoint } from './served-endpoint';

// API Gateway knows two routes, and answers every other one itself.
hostileRequests(() => new ServedEndpoint().start(), { noSuchMethod: 404, comma: 'two-tokens' });
