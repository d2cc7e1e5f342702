/// S3, by the AWS SDK.
@NullMarked
package jasyncio.recipes.s3;

import org.jspecify.annotations.NullMarked;
